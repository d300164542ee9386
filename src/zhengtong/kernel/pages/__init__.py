"""Page archetypes 页面原型: listing, dossier, wizard, board, map; language, theme and edition of a page."""
