import { currentUser, fullUser, simpleUser } from "../wire/account.js";
import { wireProject } from "../wire/project.js";
import { currentUserOf, isVisible, userOf } from "./lookup.js";
import { listed } from "./pages.js";
import type { Routes } from "./route.js";

export const userRoutes: Routes = {
  "GET /version": (context) => {
    currentUserOf(context);
    return { data: { version: "18.0.0", revision: "simulated" } };
  },
  "GET /user": (context) => {
    const user = currentUserOf(context);
    return { data: currentUser(user, context.origin, user.id === 1) };
  },
  "GET /users": (context) => {
    const { query, state, origin } = context;
    const username = query.get("username");
    const search = query.get("search")?.toLowerCase() ?? "";
    const users = [...state.users.values()].filter(
      (user) => (username === null || user.username === username) && user.username.toLowerCase().includes(search),
    );
    return listed(context, users, (user) => simpleUser(user, origin));
  },
  "GET /users/:id": (context) => {
    currentUserOf(context);
    return { data: fullUser(userOf(context, "id"), context.origin) };
  },
  "GET /users/:user_id/projects": (context) => {
    const user = userOf(context, "user_id");
    const projects = [...context.state.projects.values()].filter(
      (project) => project.namespace === user && isVisible(context, project),
    );
    return listed(context, projects, (project) => wireProject(project, context.origin));
  },
};
