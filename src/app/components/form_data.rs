//! What a form puts into the address.

use std::sync::Arc;
use web_sys::FormData;

/// For the router's forms, which send along the button that was pressed, also when it has no name.
pub fn only_named_fields() -> Arc<dyn Fn(&FormData)> {
    Arc::new(|data| data.delete(""))
}
