"""The paper's experiments: schedules compared, figures regenerated, their sentences judged."""
