"""The ledger 三流合一存证: every act with its authority, business and responsibility."""
