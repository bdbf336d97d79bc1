"""The pure rules: values in, values out; nothing here touches a file, a process, a clock or the environment."""
