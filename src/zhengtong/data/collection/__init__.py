"""Collection 归集: departments' data come into the lake, each batch a version, refused rows kept and sent back."""
