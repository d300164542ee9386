"""Key providers 密钥提供者: where private keys lie and are used, all behind `contracts.KeyProvider`."""
