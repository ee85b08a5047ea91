export default function App() {
  return <h1>Books</h1>;
}
