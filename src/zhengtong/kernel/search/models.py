"""Tables of search: documents and postings. Both are derived and can be rebuilt by their owner at any time."""

from django.db import models


class Document(models.Model):
    """Something that can be found 检索文档: one row for each key of a collection, rebuilt as a whole."""

    collection = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    initials = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=1000)
    rank = models.FloatField()

    class Meta:
        db_table = "search_document"
        constraints = [models.UniqueConstraint(fields=["collection", "key"], name="search_document_key")]

    def __str__(self) -> str:
        return f"{self.collection}:{self.key}"


class Posting(models.Model):
    """That a term occurs in a document, with its BM25 weight 倒排: one row for each pair; tags weigh nothing."""

    pk = models.CompositePrimaryKey("collection", "term", "document")
    collection = models.CharField(max_length=40)
    term = models.CharField(max_length=80)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, db_index=True)
    weight = models.FloatField()

    class Meta:
        db_table = "search_posting"
        # a term's postings are read with their weights, from the index alone
        indexes = [models.Index(fields=["collection", "term", "document", "weight"], name="search_posting_weights")]

    def __str__(self) -> str:
        return f"{self.term} {self.document_id}"
