//! derive(Resource) for mlplat's resource input structs.
