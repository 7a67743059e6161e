"""The report: one model of the document, written as PDF and as DOCX."""
