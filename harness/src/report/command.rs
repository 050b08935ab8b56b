//! Which command of a person at a terminal an operation serves.

/// The `docker` command that sends an operation, `None` where there is none.
pub(super) fn command_of(operation: &str) -> Option<&str> {
    if !operation.contains(" /") {
        return Some(operation);
    }
    let (method, path) = operation.split_once(' ')?;
    Some(match (method, path) {
        ("GET", "/containers/json") => "docker ps",
        ("POST", "/containers/create") => "docker create, docker run",
        ("GET", "/containers/{id}/json") => "docker inspect",
        ("GET", "/containers/{id}/top") => "docker top",
        ("GET", "/containers/{id}/logs") => "docker logs",
        ("GET", "/containers/{id}/changes") => "docker diff",
        ("GET", "/containers/{id}/export") => "docker export",
        ("GET", "/containers/{id}/stats") => "docker stats",
        ("POST", "/containers/{id}/resize") => "docker attach",
        ("POST", "/containers/{id}/start") => "docker start",
        ("POST", "/containers/{id}/stop") => "docker stop",
        ("POST", "/containers/{id}/restart") => "docker restart",
        ("POST", "/containers/{id}/kill") => "docker kill",
        ("POST", "/containers/{id}/update") => "docker update",
        ("POST", "/containers/{id}/rename") => "docker rename",
        ("POST", "/containers/{id}/pause") => "docker pause",
        ("POST", "/containers/{id}/unpause") => "docker unpause",
        ("POST", "/containers/{id}/attach") | ("GET", "/containers/{id}/attach/ws") => "docker attach",
        ("POST", "/containers/{id}/wait") => "docker wait, docker run",
        ("DELETE", "/containers/{id}") => "docker rm",
        ("HEAD" | "GET" | "PUT", "/containers/{id}/archive") => "docker cp",
        ("POST", "/containers/prune") => "docker container prune",
        ("GET", "/images/json") => "docker images",
        ("POST", "/build") => "docker build",
        ("POST", "/build/prune") => "docker builder prune",
        ("POST", "/images/create") => "docker pull, docker import",
        ("GET", "/images/{name}/json") => "docker image inspect",
        ("GET", "/images/{name}/history") => "docker history",
        ("POST", "/images/{name}/push") => "docker push",
        ("POST", "/images/{name}/tag") => "docker tag",
        ("DELETE", "/images/{name}") => "docker rmi",
        ("GET", "/images/search") => "docker search",
        ("POST", "/images/prune") => "docker image prune",
        ("POST", "/auth") => "docker login",
        ("GET", "/info") => "docker info",
        ("GET", "/version") => "docker version",
        ("POST", "/commit") => "docker commit",
        ("GET", "/events") => "docker events",
        ("GET", "/system/df") => "docker system df",
        ("GET", "/images/{name}/get" | "/images/get") => "docker save",
        ("POST", "/images/load") => "docker load",
        ("POST", "/containers/{id}/exec") | (_, "/exec/{id}/start" | "/exec/{id}/resize" | "/exec/{id}/json") => {
            "docker exec"
        }
        ("GET", "/distribution/{name}/json") => "docker manifest inspect",
        (_, path) => return group(path),
    })
}

/// Where a whole group of commands stands for a part of the API.
fn group(path: &str) -> Option<&'static str> {
    let groups = [
        ("/volumes", "docker volume"),
        ("/networks", "docker network"),
        ("/plugins", "docker plugin"),
        ("/swarm", "docker swarm"),
        ("/nodes", "docker node"),
        ("/services", "docker service"),
        ("/tasks", "docker service"),
        ("/secrets", "docker secret"),
        ("/configs", "docker config"),
    ];
    groups.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Api;

    #[test]
    fn what_no_command_sends_is_known() {
        let without: Vec<&str> = Api::nearest("1.41")
            .operations
            .iter()
            .map(|facts| facts.operation.as_str())
            .filter(|operation| command_of(operation).is_none())
            .collect();
        assert_eq!(without, ["GET /_ping", "HEAD /_ping", "POST /session"]);
    }
}
