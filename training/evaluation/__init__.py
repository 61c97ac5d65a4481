"""How well the offline coder codes: sets to score it on, scores, and the page that tells them."""
