//! Core records as storage cells.

florin_shell::storage_cell! {
    /// Power from a block on.
    CheckpointRecord(florin_governance::power::Checkpoint);
}
