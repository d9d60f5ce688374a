//! Cleans the form data that ends up in addresses.

use std::sync::Arc;
use web_sys::FormData;

/// Drops fields without a name. The router's forms add the pressed button, even when it has no name.
pub fn only_named_fields() -> Arc<dyn Fn(&FormData)> {
    Arc::new(|data| data.delete(""))
}
