"""Making the text reader: labelled texts in, `service/reading/weights.npz` and the policy's confidences out."""
