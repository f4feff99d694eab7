"""Reading free text: words, denials, spelling, and the sentence reader. Knows no policy and no report."""
