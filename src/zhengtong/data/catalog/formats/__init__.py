"""Files the catalogue is read from and written to: tables (Excel, CSV), data contracts (ODCS) and DCAT."""
