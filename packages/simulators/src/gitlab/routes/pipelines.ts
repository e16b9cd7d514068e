import { runPipeline } from "../state/open.js";
import { fullPipeline, wirePipeline } from "../wire/project.js";
import { invalid, notFound } from "./api-error.js";
import { requiredText, text } from "./fields.js";
import { currentUserOf, projectOf, writableProject } from "./lookup.js";
import { listed } from "./pages.js";
import type { Routes } from "./route.js";

export const pipelineRoutes: Routes = {
  "GET /projects/:id/pipelines": (context) => {
    const project = projectOf(context);
    const { query, origin } = context;
    const pipelines = project.pipelines.filter(
      ({ ref, status }) => ref === (query.get("ref") ?? ref) && status === (query.get("status") ?? status),
    );
    return listed(context, pipelines.toReversed(), (pipeline) => wirePipeline(pipeline, project, origin));
  },
  "GET /projects/:id/pipelines/:pipeline_id": (context) => {
    const project = projectOf(context);
    const pipeline = project.pipelines.find(({ id }) => String(id) === context.params["pipeline_id"]);
    if (pipeline === undefined) throw notFound();
    return { data: fullPipeline(pipeline, project, context.origin) };
  },
  "POST /projects/:id/pipeline": (context) => {
    const project = writableProject(context);
    const { fields, query, state, origin } = context;
    const ref = text(fields, "ref") ?? query.get("ref") ?? requiredText(fields, "ref");
    if (!project.branches.has(ref)) throw invalid({ base: ["Reference not found"] });
    const pipeline = runPipeline(state, project, currentUserOf(context), ref, "api");
    return { status: 201, data: fullPipeline(pipeline, project, origin) };
  },
};
