"""``python -m tongcun``: the terminal interface."""

from tongcun import main  # type: ignore[import-not-found]  # exists once installed

if __name__ == "__main__":
    main()
