"""The command line: parse, call the layers below, draw. No model logic lives here."""
