//! What all routes have in common, added to their description: errors, and photos as bytes.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};

/// What any request may be answered with besides what its route says.
const ERRORS: [(&str, &str); 10] = [
    ("400", "The request is broken"),
    ("401", "Who are you?"),
    ("403", "Not you"),
    ("404", "Not there, or not yours"),
    ("409", "Not now"),
    ("413", "Too large"),
    ("422", "Not like this"),
    ("429", "Later: too many failed attempts"),
    ("500", "The machine failed; nothing was changed"),
    ("503", "Too much to do: come back after Retry-After"),
];
/// The kind of body that a route for photos names, and all that it takes.
const PHOTO: &str = "image/jpeg";
const PHOTOS: [&str; 3] = [PHOTO, "image/png", "image/webp"];
/// A list of sanctioned people, and the names of its files where they are three.
const LIST: &str = "application/xml";
const LIST_FILES: [&str; 3] = ["sdn", "alt", "add"];
/// A piece of an upload.
const PIECE: &str = "application/offset+octet-stream";
/// A frame of a live check.
const FRAME: &str = "application/octet-stream";

/// Completes a document.
pub fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        // What apps of OpenID Connect call has errors in the words of that.
        let own_errors = path.starts_with("/oidc/");
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.options,
            &mut item.head,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            match own_errors {
                true => add_missing_errors(operation),
                false => add_errors(operation),
            }
            bytes_as_bytes(operation);
            pictures_as_bytes(operation);
        }
    }
}

fn add_errors(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else {
            continue;
        };
        // A route names its own errors as JSON; what is sent is a problem.
        if status.starts_with(['4', '5'])
            && let Some(content) = response.content.swap_remove("application/json")
        {
            let kind = "application/problem+json".to_owned();
            response.content.insert(kind, content);
        }
    }
    for (status, meaning) in ERRORS {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new()
            .description(meaning)
            .content("application/problem+json", problem)
            .build();
        responses.insert(status.to_owned(), RefOr::T(response));
    }
}

/// Adds what any request may be answered with, but for what the route says in its own words.
fn add_missing_errors(operation: &mut Operation) {
    let mut own = operation.responses.responses.clone();
    own.retain(|status, _| ["400", "401"].contains(&status.as_str()));
    add_errors(operation);
    operation.responses.responses.extend(own);
}

/// A picture that is given back is bytes, too.
fn pictures_as_bytes(operation: &mut Operation) {
    let answers = operation.responses.responses.values_mut();
    for response in answers {
        if let RefOr::T(response) = response
            && let Some(content) = response.content.get_mut(PHOTO)
        {
            *content = RefOr::T(Content::new(Some(RefOr::T(bytes()))));
        }
    }
}

fn bytes() -> Schema {
    let bytes = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    Schema::Object(bytes.build())
}

fn bytes_as_bytes(operation: &mut Operation) {
    let Some(RefOr::T(body)) = operation.request_body.as_mut() else {
        return;
    };
    let bytes = bytes();
    let content = |schema: &Schema| RefOr::T(Content::new(Some(RefOr::T(schema.clone()))));
    if body.content.contains_key(PHOTO) {
        for kind in PHOTOS {
            body.content.insert(kind.to_owned(), content(&bytes));
        }
        let form = ObjectBuilder::new()
            .property("file", bytes.clone())
            .required("file");
        let form = content(&Schema::Object(form.build()));
        body.content.insert("multipart/form-data".to_owned(), form);
    }
    if body.content.contains_key(LIST) {
        body.content.insert(LIST.to_owned(), content(&bytes));
        let form = LIST_FILES.iter().fold(ObjectBuilder::new(), |form, file| {
            form.property(*file, bytes.clone()).required(*file)
        });
        let form = content(&Schema::Object(form.build()));
        body.content.insert("multipart/form-data".to_owned(), form);
    }
    for kind in [PIECE, FRAME] {
        if body.content.contains_key(kind) {
            body.content.insert(kind.to_owned(), content(&bytes));
        }
    }
}
