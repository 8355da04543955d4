//! Core records as storage cells.

florin_shell::storage_cell! {
    /// A minter.
    MinterRecord(florin_stable::mint_gate::Minter);
    /// Who may change what.
    RolesRecord(florin_stable::roles::Roles);
}
