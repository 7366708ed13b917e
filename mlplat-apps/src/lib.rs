//! Typed machine-learning platform constructs for mlplat.
