"""Explanations of many images, kept: a folder of Parquet files, one row an image and target."""
