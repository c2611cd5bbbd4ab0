"""The console: segments as people without a shell look at them, build and export them.

It reads published data only. What it changes it changes through the pipeline's own
functions. `plugin` mounts it in Airflow; nothing else here knows Airflow.
"""
