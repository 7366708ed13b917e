//! AWS resource types and constructs for mlplat: definitions with declared facts.
