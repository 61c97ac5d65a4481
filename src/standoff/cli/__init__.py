"""The command line: parse, call the workbench, draw. No model logic lives here."""
