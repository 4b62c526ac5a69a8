"""Clusters of explanations: images that a net decides in the same way (SpRAy); no notebook."""
