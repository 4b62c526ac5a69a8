"""Studies: what the paper claims, measured on your photos and networks, written as a report.

``python -m xwidget.studies NAME --photos FOLDER --out report.html`` runs one, or all of them.
"""
