"""How many respondents: power by RMSEA in closed form, and power and coverage of a model by simulation."""
