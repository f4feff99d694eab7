"""Making the sentence reader's weights: labelled sentences in, `service/intake/reading/weights.npz` out."""
