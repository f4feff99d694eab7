"""Reading free text: words, denials, spelling, and the text reader. Knows no policy and no report."""
