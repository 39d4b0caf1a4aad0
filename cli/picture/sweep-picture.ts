import type { SweepRun } from "../../core/run/sweep.ts";
import { barsText, costsText, fillsText } from "../report/facts.ts";
import { type Surface, surfaceOf, type View } from "../report/surface.ts";
import { bestTrial, luckNote, surfaceText, trialsText, trialText } from "../report/sweep-facts.ts";
import { trialMetrics } from "../report/trial-metrics.ts";
import type { Caption } from "./frame.ts";
import { heatmapSvg } from "./heatmap-svg.ts";
import { profileSvg } from "./profile-svg.ts";

/** A sweep as an SVG document: a map over two parameters, or a line along one. The same sweep makes the same document. */
export function sweepPicture(run: SweepRun, view: View): string {
  const surface = surfaceOf(run.table, bestTrial(run), view);
  const caption = captionOf(run, surface);
  return surface.y === null ? profileSvg(surface, caption) : heatmapSvg(surface, caption);
}

function captionOf(run: SweepRun, surface: Surface): Caption {
  const { request, origin } = run;
  const { execution } = request;
  const luck = luckNote(run);
  const synthetic = origin.synthetic ? [`Synthetic: ${origin.note ?? "made-up prices"}.`] : [];
  return {
    title: `${request.strategy} on ${origin.symbol}`,
    subtitle: `${surfaceText(surface)}; ${barsText(run)}`,
    best: bestText(run, surface),
    notes: [
      ...synthetic,
      `${trialsText(run)}; ${costsText(execution) ?? "no commission or slippage"}; ${fillsText(execution)}.`,
      ...(luck === null ? [] : [luck]),
      `Result ${run.resultHash}`,
    ],
  };
}

/** The best trial by name, with its objective, and with what the picture shows where that is another figure. */
function bestText(run: SweepRun, { metric }: Surface): string | null {
  const best = bestTrial(run);
  if (best === null) return null;
  const { objective } = run.request;
  const figures = [...new Set([objective, metric])].map((name) => {
    const { label, format } = trialMetrics[name];
    return `${label} ${format(run.table.columns[name][best]!)}`;
  });
  return `best by ${trialMetrics[objective].label}: ${trialText(run, best)}, ${figures.join(", ")}`;
}
