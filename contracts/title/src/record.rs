//! Core records as storage cells.

florin_shell::storage_cell! {
    /// A title.
    TitleRecord(florin_trade::right::Title);
}
