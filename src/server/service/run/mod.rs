//! Work that runs by itself beside requests: it begins with the app, and no caller waits for the whole of it.

pub mod following;
pub mod jobs;
pub mod post_queue;
