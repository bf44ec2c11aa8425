// Owns the layer that names an agent's folders in full: some agent CLIs take no variables in commands of their shell.
import { layerNames, type Layer } from './layers.ts'

/** Absolute paths that are the same at every tick. */
export interface AgentFolders {
  readonly workspace: string
  readonly workDir: string
  readonly notes: string
}

/** The same bytes each time, so that prompt caches hold. */
export function foldersLayer({ workspace, workDir, notes }: AgentFolders): Layer {
  const text = `$MARROW_WORKSPACE is ${workspace}
$MARROW_WORK_DIR is ${workDir}
$MARROW_NOTES is ${notes}
Where a tool takes no variables, write these paths in full.`
  return {
    kind: 'folders',
    name: layerNames.folders,
    source: 'built in',
    text,
    volatile: false,
    failed: undefined,
  }
}
