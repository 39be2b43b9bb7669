//! Pages of evals: one file, nothing fetched.

use super::plot::escaped;

/// Returns a page with a heading and a body of HTML.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<style>\n\
         body {{ font: 15px/1.45 system-ui, sans-serif; color: #1c1c1c; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }}\n\
         h2 {{ margin-top: 2.5rem; border-bottom: 1px solid #ccc }}\n\
         table {{ border-collapse: collapse; margin: 1rem 0 }}\n\
         th, td {{ border: 1px solid #ddd; padding: .3rem .55rem; text-align: left; vertical-align: top }}\n\
         th {{ background: #f5f5f2; font-weight: 600 }}\n\
         small {{ color: #666; white-space: nowrap }}\n\
         svg {{ display: block; margin: 1rem 0; max-width: 100% }}\n\
         </style>\n<h1>{title}</h1>\n{body}</html>\n"
    )
}
