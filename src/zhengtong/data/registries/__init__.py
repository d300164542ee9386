"""Base registries 基础库: point look-up of residents, enterprises, vehicles and addresses."""
