//! One list of variants and numbers for each error type: the codec index and `code()` cannot differ.

/// Implements `code()`, `Display` and `Error` for an error enum from one list of `Variant = code, "sentence"`.
#[macro_export]
macro_rules! error_codes {
    ($name:ident { $($variant:ident = $code:literal, $text:literal;)* }) => {
        impl $name {
            /// The stable number of the error; equal to its first encoded byte.
            pub const fn code(&self) -> u8 {
                match self {
                    $(Self::$variant { .. } => $code,)*
                }
            }
        }

        #[cfg(feature = "std")]
        impl core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let text = match self {
                    $(Self::$variant { .. } => $text,)*
                };
                write!(formatter, "{text} ({self:?})")
            }
        }

        #[cfg(feature = "std")]
        impl std::error::Error for $name {}
    };
}
