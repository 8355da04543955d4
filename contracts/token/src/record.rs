//! Core records as storage cells.

florin_shell::storage_cell! {
    /// A minter.
    MinterRecord(florin_stable::mint_gate::Minter);
    /// Limits of a minter as the last vote set them.
    VotedRecord(florin_governance::step::Voted<florin_stable::mint_gate::Limits>);
    /// Who may change what.
    RolesRecord(florin_stable::roles::Roles);
}
