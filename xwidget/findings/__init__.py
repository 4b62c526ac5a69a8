"""Findings: regions of a picture that a person marked, judged, and had measured."""
