"""What every page shares: state, language, navigation, caching, errors."""
