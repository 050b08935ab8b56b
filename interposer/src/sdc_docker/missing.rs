//! Row "Docker Remote API methods and Docker CLI commands": what is not there, each in the form in which SDC Docker says so.
//!
//! Three forms at the document's date: 400 `(NotImplemented) … is not implemented` from a route that exists; the router's 404
//! `(ResourceNotFound) <path> does not exist`; its 405 `<METHOD> is not allowed` where another method has the pattern. The router's
//! own answers carry none of the headers of routed ones.

use super::refuse::Refusal;
use super::routes::{ROUTES, is_link};
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Asked, Decision, Rule, Soon};
use hyper::{Method, StatusCode};

/// How a route says that it is missing.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// 400 with this feature's name.
    Feature(&'static str),
    /// The same for a container that is there; for another the engine's 404 comes first.
    Container(&'static str),
    /// The router's 404.
    NoRoute,
    /// The router's 405.
    NoMethod,
}

type Routes = &'static [(Option<Method>, &'static str, Form)];

/// One command of the docker CLI, with all routes that belong to it; no method means any.
struct Missing(Routes, Variant);

const DIFF: Routes = &[(Some(Method::GET), "/containers/*/changes", Form::Container("changes"))];
const EVENTS: Routes = &[(Some(Method::GET), "/events", Form::Feature("events"))];
const EXPORT: Routes = &[(Some(Method::GET), "/containers/*/export", Form::Container("export"))];
const LOAD: Routes = &[
    (Some(Method::POST), "/images/load", Form::NoMethod),
    (Some(Method::POST), "/images/**/load", Form::Feature("image load")),
];
const PAUSE: Routes = &[(Some(Method::POST), "/containers/*/pause", Form::Container("pause"))];
const UNPAUSE: Routes = &[(Some(Method::POST), "/containers/*/unpause", Form::Container("unpause"))];
const PUSH: Routes = &[(Some(Method::POST), "/images/**/push", Form::Feature("image push"))];
const SAVE: Routes = &[
    (Some(Method::GET), "/images/get", Form::NoMethod),
    (Some(Method::GET), "/images/**/get", Form::Feature("image get")),
];
const UPDATE: Routes = &[(Some(Method::POST), "/containers/*/update", Form::NoMethod)];
const NETWORK: Routes = &[(None, "/networks", Form::NoRoute), (None, "/networks/**", Form::NoRoute)];
const VOLUME: Routes = &[(None, "/volumes", Form::NoRoute), (None, "/volumes/**", Form::NoRoute)];
const NODE: Routes = &[(None, "/nodes", Form::NoRoute), (None, "/nodes/**", Form::NoRoute)];
const SERVICE: Routes = &[(None, "/services", Form::NoRoute), (None, "/services/**", Form::NoRoute)];
const SWARM: Routes = &[(None, "/swarm", Form::NoRoute), (None, "/swarm/**", Form::NoRoute)];

/// Everything that rows of the document name: not the business of [`Unrouted`].
const NAMED: [Routes; 14] =
    [DIFF, EVENTS, EXPORT, LOAD, PAUSE, UNPAUSE, PUSH, SAVE, UPDATE, NETWORK, VOLUME, NODE, SERVICE, SWARM];

fn found(routes: Routes, asked: &Asked) -> Option<(Form, String)> {
    routes.iter().find_map(|(method, pattern, form)| {
        let fits = method.as_ref().is_none_or(|method| *method == asked.parts.method);
        let name = asked.route.matches(pattern)?;
        fits.then_some((*form, name))
    })
}

fn refusal(form: Form, asked: &Asked) -> Refusal {
    match form {
        Form::Feature(feature) | Form::Container(feature) => Refusal::not_implemented(feature),
        Form::NoRoute => {
            Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFound", format!("{} does not exist", asked.path))
        }
        Form::NoMethod => {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "", format!("{} is not allowed", asked.parts.method))
        }
    }
}

fn decide(form: Form, variant: Variant, asked: &Asked) -> Decision {
    let mut answer = variant.pick(refusal(form, asked), refusal(form, asked).altered()).answer(asked);
    answer.unrouted = matches!(form, Form::NoRoute | Form::NoMethod);
    Decision::Answer(Box::new(answer))
}

impl Rule for Missing {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let Some((form, name)) = found(self.0, asked) else { return Decision::Pass };
            if matches!(form, Form::Container(_)) && asked.container(&name, engine).await.is_none() {
                return Decision::Pass;
            }
            decide(form, self.1, asked)
        })
    }
}

/// `POST /images/create?fromSrc=…`, whatever the source is.
struct Import(Variant);

impl Rule for Import {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let import =
                asked.is(Method::POST, "/images/create").is_some() && asked.route.parameter("fromSrc").is_some();
            if import { decide(Form::Feature("image create"), self.0, asked) } else { Decision::Pass }
        })
    }
}

/// Routes of newer APIs that no row names: tasks, secrets, configs, plugins, distribution, session, system/df, attach/ws, build/prune
/// are 404, containers/prune, images/prune and HEAD of anything are 405; so is whatever else has no route.
struct Unrouted(Variant);

fn unrouted(asked: &Asked) -> Option<Form> {
    let method = &asked.parts.method;
    let patterns = || ROUTES.iter().filter(|(_, pattern)| asked.route.matches(pattern).is_some());
    if patterns().any(|(own, _)| own == method) || NAMED.iter().any(|routes| found(routes, asked).is_some()) {
        return None;
    }
    let link = is_link(&asked.route.path);
    if link && *method == Method::DELETE {
        return None;
    }
    Some(if link || patterns().next().is_some() { Form::NoMethod } else { Form::NoRoute })
}

impl Rule for Unrouted {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move { unrouted(asked).map_or(Decision::Pass, |form| decide(form, self.0, asked)) })
    }
}

const FORBIDDEN: &str = "403 (NotAuthorized) instead";

pub(super) fn rules() -> Vec<Entry> {
    let missing = |name, row, routes: Routes| entry(name, row, FORBIDDEN, move |variant| Missing(routes, variant));
    vec![
        missing("diff", "missing method: docker diff", DIFF),
        missing("events", "missing method: docker events (roadmap: not in the near future)", EVENTS),
        missing("export", "missing method: docker export", EXPORT),
        entry("import", "missing method: docker import", FORBIDDEN, Import),
        missing("load", "missing method: docker load", LOAD),
        missing("network", "missing method: docker network (roadmap: DOCKER-722 to 725)", NETWORK),
        missing("node", "missing method: docker node (never)", NODE),
        missing("pause", "missing method: docker pause", PAUSE),
        missing("push", "missing method: docker push (roadmap: 2016)", PUSH),
        missing("save", "missing method: docker save", SAVE),
        missing("service", "missing method: docker service", SERVICE),
        missing("swarm", "missing method: docker swarm (never)", SWARM),
        missing("unpause", "missing method: docker unpause", UNPAUSE),
        missing("update", "missing method: docker update", UPDATE),
        missing("volume", "missing method: docker volume (roadmap: in development)", VOLUME),
        entry("unrouted", "wire facts: the router's own 404 and 405", FORBIDDEN, Unrouted),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("GET", "/v1.21/tasks", 404)]
    #[case("GET", "/secrets/x", 404)]
    #[case("GET", "/containers/x/attach/ws", 404)]
    #[case("POST", "/build/prune", 404)]
    #[case("GET", "/system/df", 404)]
    #[case("POST", "/session", 404)]
    #[case("GET", "/v1.21//containers/json", 404)]
    #[case("GET", "/containers/json/", 404)]
    #[case("POST", "/containers/prune", 405)]
    #[case("POST", "/images/prune", 405)]
    #[case("HEAD", "/_ping", 405)]
    #[case("GET", "/_ping", 0)]
    #[case("HEAD", "/containers/x/archive", 0)]
    #[case("POST", "/containers/x/update", 0)]
    #[case("GET", "/images/get", 0)]
    #[case("POST", "/images/load", 0)]
    #[case("POST", "/networks/prune", 0)]
    #[case("DELETE", "/images/a/b:c", 0)]
    #[case("PATCH", "/containers/x/start", 405)]
    fn router(#[case] method: &str, #[case] target: &str, #[case] status: u16) {
        let request = hyper::Request::builder().method(method).uri(target).body(()).unwrap();
        let asked = Asked::new(request.into_parts().0, crate::whole(""));
        let form = unrouted(&asked);
        assert_eq!(form.map_or(0, |form| refusal(form, &asked).status.as_u16()), status);
    }
}
