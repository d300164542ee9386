"""Access 授权: permissions, roles, row scope by region and organisation."""
