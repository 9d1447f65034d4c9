// dist/post.js, which the runner starts after the step. It is the same bundle: this process is marked
// as the post step before anything of it runs. The mark is no environment variable, which a workflow
// could set and a child process would inherit, and no saved state, which a killed step has not saved.
globalThis.isPostStepOfRetryCodeBuildBatch = true;
void import('./index.ts');
