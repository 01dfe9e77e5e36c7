'use strict';

// Builds the client and the page when packages have been installed, on whatever Node is there: only syntax that an old
// one reads. A dry run installs nothing, so there may be nothing to build with, and what is built already stays.
const { spawnSync } = require('node:child_process');

if (process.env.npm_config_dry_run !== 'true') {
  const { status } = spawnSync('npm run build --silent', { shell: true, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
