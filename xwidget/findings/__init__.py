"""Findings: regions of an image that a person marked, judged, and had measured."""
