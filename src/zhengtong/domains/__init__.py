"""The six domains of government 六大领域: declarations plus true specialities."""
