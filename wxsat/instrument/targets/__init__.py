"""An instrument written for the platform it is fielded on: one file a format, and what each cannot carry."""
