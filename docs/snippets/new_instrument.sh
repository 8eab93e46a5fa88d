# [schema]
wxsat instrument schema --out instrument.schema.json
# [/schema]

# [check]
mkdir reading-room
cp reading_room.yaml reading-room/instrument.yaml
cp returning.sem reading-room/
wxsat instrument check reading-room
# [/check]

# [broken]
sed -e 's/key: R/key: reversed/' -e 's/file: returning.sem/file: retruning.sem/' reading-room/instrument.yaml > reading-room/broken.yaml
wxsat instrument check reading-room/broken.yaml || echo "exit code $?"
rm reading-room/broken.yaml
# [/broken]

# [export]
wxsat instrument export reading-room --to docx --lang both --out questionnaire.docx
wxsat instrument export reading-room --to codebook-xlsx --out codebook.xlsx
# [/export]

# [study]
wxsat new reading-study --instrument reading-room --form full
head -n 2 reading-study/data/template.csv | cut -c 1-60
# [/study]
