//! A dry run's memory of earlier rows, since rows of the same file can repeat or contradict each other. It holds a hash with
//! a number for each row; customers' fields wait in a file without a name.

use crate::domain::{CustomerFields, CustomerId, EventBody, OutcomeFacts};
use crate::server::store::{Incoming, StoreError, Verdict};
use crate::wire::AppError;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Numbers by hash. An entry takes 15 bytes, or 30 right after the map has grown; keys of type `u64` would take 19 and 39.
/// Among 10 million hashes, two are equal in one of 370,000 files.
#[derive(Default)]
pub struct ByHash(HashMap<[u32; 2], u32>);

impl ByHash {
    pub fn get(&self, hash: u64) -> Option<u32> {
        self.0.get(&halves(hash)).copied()
    }

    /// Returns the number of a hash. It is 0 when the hash is new.
    pub fn entry(&mut self, hash: u64) -> &mut u32 {
        self.0.entry(halves(hash)).or_default()
    }
}

fn halves(hash: u64) -> [u32; 2] {
    [(hash >> 32) as u32, hash as u32]
}

/// Returns the beginning of a text's SHA-256.
pub fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    u64::from_be_bytes(std::array::from_fn(|place| digest[place]))
}

/// The external ids of a file's rows. The key is the id's hash; the value is the line on which it first came, and half of
/// the hash of its name there.
#[derive(Default)]
pub struct SeenIds(HashMap<[u32; 2], [u32; 2]>);

impl SeenIds {
    /// Returns the line on which the id first came, when it had another name there. Letter case and blanks do not make a
    /// name another.
    pub fn earlier_line_of_another(&mut self, id: &str, name: &str, line: i64) -> Option<i64> {
        let name = hash(&name.split_whitespace().collect::<String>().to_lowercase()) as u32;
        let [first, known] = *self.0.entry(halves(hash(id.trim()))).or_insert([line as u32, name]);
        Some(i64::from(first)).filter(|_| known != name)
    }
}

/// Events that a dry run has let pass. The key is the hash of the unique part; the value is half of the hash of the content.
#[derive(Default)]
pub struct SeenEvents(ByHash);

impl SeenEvents {
    /// Returns the verdict on an event that the database would accept.
    pub fn verdict(&mut self, one: &Incoming) -> Verdict<()> {
        let Incoming { customer, event, .. } = one;
        let content = hash(&format!("{customer}\n{:?}", event.content)) as u32;
        let message = event.message_id.as_deref().map(|id| hash(&format!("{}\n{id}", event.source)));
        let issue = match (&event.body, event.body.invoice_number()) {
            (EventBody::InvoiceIssued { .. }, Some(number)) => Some(hash(&format!("{customer}\ninvoice {number}"))),
            _ => None,
        };
        for (field, key) in [("messageId", message), ("number", issue)] {
            match key.and_then(|key| self.0.get(key)) {
                Some(known) if known == content => return Verdict::Duplicate(()),
                Some(_) => {
                    let conflict = StoreError::Conflict("another row of this file says something else".into());
                    return Verdict::Refused(field, conflict);
                }
                None => {}
            }
        }
        for key in [message, issue].into_iter().flatten() {
            *self.0.entry(key) = content;
        }
        Verdict::Accepted(())
    }
}

/// Outcomes that a dry run has let pass. The key is the hash of who, what and when; the value is half of the hash of all of it.
#[derive(Default)]
pub struct SeenOutcomes(ByHash);

impl SeenOutcomes {
    /// Returns the verdict on an outcome that the database would accept.
    pub fn verdict(&mut self, customer: CustomerId, facts: &OutcomeFacts) -> Verdict<()> {
        let key = hash(&format!("{customer} {} {}", facts.kind.name(), facts.day));
        let content = hash(&format!("{customer} {facts:?}").to_lowercase()) as u32;
        match self.0.get(key) {
            Some(known) if known == content => Verdict::Duplicate(()),
            Some(_) => Verdict::Refused("outcome", StoreError::Conflict("another row of this file says something else".into())),
            None => {
                *self.0.entry(key) = content;
                Verdict::Accepted(())
            }
        }
    }
}

/// Customers as earlier rows would have made them. The key is the external id's hash; the value is the place in the file.
#[derive(Default)]
pub struct SeenCustomers {
    places: HashMap<[u32; 2], [u32; 2]>,
    file: Option<File>,
    end: u64,
}

/// A customer's external id and fields.
type Seen = (String, CustomerFields);

impl SeenCustomers {
    /// Returns the fields of the customers that were seen before.
    pub fn load<'a>(&mut self, external_ids: impl Iterator<Item = &'a str>) -> Result<HashMap<String, CustomerFields>, AppError> {
        let mut found = HashMap::new();
        for id in external_ids {
            let Some([high, low]) = self.places.get(&halves(hash(id))) else { continue };
            let (known, fields) = self.read(u64::from(*high) << 32 | u64::from(*low)).map_err(not_kept)?;
            if known == id {
                found.insert(known, fields);
            }
        }
        Ok(found)
    }

    /// Remembers customers. Their earlier fields are replaced.
    pub fn keep(&mut self, customers: HashMap<String, CustomerFields>) -> Result<(), AppError> {
        let mut text = Vec::new();
        for customer in customers {
            let content = serde_json::to_vec(&customer).map_err(not_kept)?;
            self.places.insert(halves(hash(&customer.0)), halves(self.end + text.len() as u64));
            text.extend((content.len() as u32).to_be_bytes());
            text.extend(content);
        }
        self.append(&text).map_err(not_kept)
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            // The file has no name, and is gone with the process.
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(text)?;
        self.end += text.len() as u64;
        Ok(())
    }

    fn read(&mut self, place: u64) -> io::Result<Seen> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(place))?;
        let mut length = [0; 4];
        file.read_exact(&mut length)?;
        let mut content = vec![0; u32::from_be_bytes(length) as usize];
        file.read_exact(&mut content)?;
        Ok(serde_json::from_slice(&content)?)
    }
}

fn not_kept(error: impl std::fmt::Display) -> AppError {
    tracing::error!(%error, "a dry run could not keep what it has seen");
    AppError::Internal
}
