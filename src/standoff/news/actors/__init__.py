"""Who acts: tables of countries, organisations, groups and roles, and what a phrase of a text names by them."""
